# boxoffice_pages: the pages of web/, made small by web/bundle and put into an object file.
find_program(BOXOFFICE_ESBUILD esbuild REQUIRED)

file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*.ts ${CMAKE_SOURCE_DIR}/web/*.css
  ${CMAKE_SOURCE_DIR}/web/*.html ${CMAKE_SOURCE_DIR}/web/*.svg)
set(page_folder ${CMAKE_BINARY_DIR}/web)
add_custom_command(
  OUTPUT ${page_folder}/embedded_pages.cpp
  COMMAND ${CMAKE_SOURCE_DIR}/web/bundle ${page_folder}
  DEPENDS ${CMAKE_SOURCE_DIR}/web/bundle ${page_sources}
  COMMENT "Bundling the pages"
  VERBATIM)
add_library(boxoffice_pages STATIC ${page_folder}/embedded_pages.cpp)
target_link_libraries(boxoffice_pages PRIVATE boxoffice_build_rules)
# It is made of numbers; nobody reads it.
set_target_properties(boxoffice_pages PROPERTIES CXX_CLANG_TIDY "")
