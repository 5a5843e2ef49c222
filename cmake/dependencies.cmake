# SPDX-License-Identifier: Apache-2.0
# Each dependency is one imported target; why each is here: docs/dependencies.md.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(cyaml REQUIRED IMPORTED_TARGET libcyaml)
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(jansson REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(spng REQUIRED IMPORTED_TARGET spng)
pkg_check_modules(turbojpeg REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(crypto REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)

# Debian's component packages carry neither a CMake nor a pkg-config file.
find_path(opencv_include opencv2/core.hpp PATH_SUFFIXES opencv4 REQUIRED)
add_library(fv_opencv INTERFACE)
target_include_directories(fv_opencv SYSTEM INTERFACE ${opencv_include})
foreach(part dnn imgproc core)
  find_library(opencv_${part} opencv_${part} REQUIRED)
  target_link_libraries(fv_opencv INTERFACE ${opencv_${part}})
endforeach()

# Not dlib's own CMake file: it would put its compile options on ours.
find_path(dlib_include dlib/image_processing/frontal_face_detector.h REQUIRED)
find_library(dlib_library dlib REQUIRED)
add_library(fv_dlib INTERFACE)
target_include_directories(fv_dlib SYSTEM INTERFACE ${dlib_include})
# Which calls of dlib's templates into LAPACK and BLAS remain in our objects is up to the compiler.
find_library(lapack_library lapack REQUIRED)
find_library(blas_library blas REQUIRED)
target_link_libraries(fv_dlib INTERFACE ${dlib_library} ${lapack_library} ${blas_library})
include(${CMAKE_CURRENT_LIST_DIR}/onednn.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/nng.cmake)
