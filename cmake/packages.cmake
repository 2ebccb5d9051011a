# Every third-party package, once, behind a name of ours. All are Debian packages; their headers count
# as SYSTEM, so that our warnings are about our code.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(mimalloc REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(pqxx REQUIRED IMPORTED_TARGET libpqxx)
pkg_check_modules(libpq REQUIRED libpq)
pkg_check_modules(hiredis REQUIRED IMPORTED_TARGET hiredis)

function(add_package name)
  add_library(boxoffice_package_${name} INTERFACE)
  add_library(boxoffice::${name} ALIAS boxoffice_package_${name})
  target_link_libraries(boxoffice_package_${name} INTERFACE ${ARGN})
endfunction()

# CAF 0.17 of Debian ships no CMake package.
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
find_library(CAF_IO_LIBRARY caf_io REQUIRED)

add_package(settings_packages spdlog::spdlog CLI11::CLI11 PkgConfig::tomlplusplus Threads::Threads)
add_package(caf ${CAF_IO_LIBRARY} ${CAF_CORE_LIBRARY})
add_package(sqlite SQLiteCpp PkgConfig::sqlite3)
add_package(postgres PkgConfig::pqxx)
add_package(redis PkgConfig::hiredis)
add_package(json nlohmann_json::nlohmann_json)
add_package(beast Boost::headers)
add_package(crypto OpenSSL::Crypto)
add_package(tls OpenSSL::SSL)
add_package(curl CURL::libcurl)
add_package(zlib ZLIB::ZLIB)
add_package(prometheus prometheus-cpp::core)
# Takes the place of malloc in a program that links it; sanitizers bring their own.
add_package(allocator $<$<NOT:$<BOOL:${BOXOFFICE_SANITIZE}>>:mimalloc>)

target_compile_definitions(boxoffice_package_beast INTERFACE
  BOOST_ASIO_HAS_CO_AWAIT=1 BOOST_ASIO_NO_DEPRECATED=1 BOOST_BEAST_USE_STD_STRING_VIEW=1)
# asio 1.74 gives coroutine frames an allocator that GCC 12 takes for a mismatch.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(boxoffice_package_beast INTERFACE -Wno-mismatched-new-delete)
endif()
