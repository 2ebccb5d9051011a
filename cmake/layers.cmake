# Compiler rules for our own targets, and add_layer(): one static library per layer.
add_library(boxoffice_build_rules INTERFACE)
target_include_directories(boxoffice_build_rules INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(boxoffice_build_rules INTERFACE
  -Wall -Wextra -Wpedantic
  # Not in suites that compile together, where a local name may be like another file's.
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:BOXOFFICE_MAY_SHADOW>>>:-Wshadow>
  -Wconversion -Wswitch -Werror -fno-omit-frame-pointer)
# GCC 12 sees overlaps and overruns in std::string, and unset members in what CAF deserialises, that
# are not there once it optimises (GCC bugs 105329, 105651, 105562). Clang and newer GCC look on.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(boxoffice_build_rules INTERFACE 
    -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized)
endif()
if(BOXOFFICE_SANITIZE STREQUAL "address")
  target_compile_options(boxoffice_build_rules INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all)
  target_link_options(boxoffice_build_rules INTERFACE -fsanitize=address,undefined)
elseif(BOXOFFICE_SANITIZE STREQUAL "thread")
  target_compile_options(boxoffice_build_rules INTERFACE -fsanitize=thread)
  # It does not know fences, which Asio has beside its locks.
  target_compile_definitions(boxoffice_build_rules INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  target_link_options(boxoffice_build_rules INTERFACE -fsanitize=thread)
endif()
if(BOXOFFICE_FUZZ)
  # Counts branches and compares, which libFuzzer steers by.
  target_compile_options(boxoffice_build_rules INTERFACE -fsanitize=fuzzer-no-link)
endif()

# compile_together(TARGET n): n files of it at a time, so that what their templates, those of CAF and
# Beast above all, have in common is instantiated once. Each file still compiles alone: the tidy preset
# does that, and looks for names that hide others.
function(compile_together target files)
  if(BOXOFFICE_CLANG_TIDY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
  # A coroutine of a file that is included: GCC takes its frame for one that others see.
  target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
endfunction()

# add_layer(NAME LINK targets... PCH header [TOGETHER n]): library boxoffice_NAME from every .cpp under NAME/.
function(add_layer name)
  cmake_parse_arguments(layer "" "PCH;TOGETHER" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp)
  add_library(boxoffice_${name} STATIC ${sources})
  target_link_libraries(boxoffice_${name} PUBLIC ${layer_LINK} PRIVATE boxoffice_build_rules)
  target_precompile_headers(boxoffice_${name} PRIVATE ${CMAKE_SOURCE_DIR}/${layer_PCH})
  if(layer_TOGETHER)
    compile_together(boxoffice_${name} ${layer_TOGETHER})
  endif()
endfunction()

# Compiles the sources of a test target fast rather than well: most of what a test costs is compiling
# it. Sanitizers keep the level of their preset, which their reports are the better for.
function(compile_fast target)
  if(NOT BOXOFFICE_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# add_suite(NAME LINK targets... [PCH header] [TOGETHER n] [SERVERS] [BROKERS] [WITHOUT regex] [FILTER f]):
# GoogleTest program NAME_tests from every .cpp under tests/NAME/, but for those that WITHOUT names. With
# SERVERS, CTest starts PostgreSQL and Redis before its tests; with BROKERS too, RabbitMQ and Kafka. FILTER is
# GoogleTest's: what it leaves out the caller adds in an environment of its own.
function(add_suite name)
  cmake_parse_arguments(suite "SERVERS;BROKERS" "PCH;TOGETHER;FILTER;WITHOUT" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp)
  if(suite_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "${suite_WITHOUT}")
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${name}_tests ${sources})
  target_link_libraries(${name}_tests PRIVATE ${suite_LINK} GTest::gtest_main boxoffice_build_rules)
  compile_fast(${name}_tests)
  if(suite_PCH)
    target_precompile_headers(${name}_tests PRIVATE ${CMAKE_SOURCE_DIR}/${suite_PCH})
  endif()
  if(suite_TOGETHER)
    compile_together(${name}_tests ${suite_TOGETHER})
    set_target_properties(${name}_tests PROPERTIES BOXOFFICE_MAY_SHADOW ON)
  endif()
  set(properties TIMEOUT 600)
  if(suite_BROKERS)
    list(APPEND properties FIXTURES_REQUIRED brokers
      ENVIRONMENT TEST_SERVERS=${BOXOFFICE_TEST_SERVERS}
      ENVIRONMENT_MODIFICATION TEST_BROKERS=set:${BOXOFFICE_TEST_BROKERS})
  elseif(suite_SERVERS)
    list(APPEND properties FIXTURES_REQUIRED servers
      ENVIRONMENT TEST_SERVERS=${BOXOFFICE_TEST_SERVERS})
  endif()
  if(suite_SERVERS)
    target_link_libraries(${name}_tests PRIVATE boxoffice_test_servers)
  endif()
  if(NOT suite_FILTER)
    set(suite_FILTER "*")
  endif()
  gtest_discover_tests(${name}_tests DISCOVERY_MODE PRE_TEST TEST_FILTER "${suite_FILTER}"
    PROPERTIES ${properties}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()
