# What runs beside or in front of the compiler: ccache where it is installed, clang-tidy on request.
option(BOXOFFICE_CLANG_TIDY "Check every source with clang-tidy while it is compiled" OFF)

find_program(BOXOFFICE_CCACHE ccache)
if(BOXOFFICE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these two ccache does not cache what uses a precompiled header (its manual, "Precompiled
  # headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${BOXOFFICE_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    add_compile_options(-fpch-preprocess)
  endif()
endif()

if(BOXOFFICE_CLANG_TIDY)
  find_program(BOXOFFICE_CLANG_TIDY_PROGRAM NAMES clang-tidy-14 clang-tidy REQUIRED)
  # The rules are part of the command line, so that a change of .clang-tidy checks every file again;
  # a file whose headers and rules are unchanged is skipped by Ninja.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/.clang-tidy)
  file(SHA256 ${CMAKE_SOURCE_DIR}/.clang-tidy rules)
  string(SUBSTRING ${rules} 0 16 rules)
  set(CMAKE_CXX_CLANG_TIDY ${BOXOFFICE_CLANG_TIDY_PROGRAM} --quiet
    --extra-arg=-DBOXOFFICE_TIDY_RULES_${rules}
    # It is told the options of g++, of which it does not know all.
    --extra-arg=-Wno-unknown-warning-option)
endif()
