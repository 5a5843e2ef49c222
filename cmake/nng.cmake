# SPDX-License-Identifier: Apache-2.0
# Debian's libnng-dev has no pkg-config file.
find_path(nng_include nng/nng.h REQUIRED)
find_library(nng_library nng REQUIRED)
add_library(fv_nng INTERFACE)
target_include_directories(fv_nng SYSTEM INTERFACE ${nng_include})
target_link_libraries(fv_nng INTERFACE ${nng_library} Threads::Threads)
