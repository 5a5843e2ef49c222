# SPDX-License-Identifier: Apache-2.0
# fv_library(NAME SOURCES... LINKS...): one folder's static library. Its sources see src/ and
# include/; what it may call is what it links, and links point down (docs/architecture.md).

add_library(fv_flags INTERFACE)
target_compile_options(fv_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wvla -Werror -fvisibility=hidden -fPIC
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
  $<$<COMPILE_LANGUAGE:C>:-Wconversion -Wstrict-prototypes -Wmissing-prototypes>)
target_include_directories(fv_flags INTERFACE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
target_compile_definitions(fv_flags INTERFACE FV_VERSION="${PROJECT_VERSION}")
if(FV_SANITIZE)
  target_compile_options(fv_flags INTERFACE
    -fsanitize=${FV_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(fv_flags INTERFACE -fsanitize=${FV_SANITIZE})
endif()
if(FV_FUZZ)
  target_compile_options(fv_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(FV_COVERAGE)
  # atomic: the counts of threads must not overwrite each other
  target_compile_options(fv_flags INTERFACE --coverage -fprofile-update=atomic -O0)
  target_link_options(fv_flags INTERFACE --coverage)
endif()

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

function(fv_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC ${arg_LINKS} PRIVATE fv_flags ${arg_PRIVATE_LINKS})
endfunction()
