# SPDX-License-Identifier: Apache-2.0
# C from proto/faceverify.proto. This protoc-c does not know proto3's `optional`, so it is given what
# `optional` stands for on the wire: a oneof of its own, has_NAME.
set(proto ${CMAKE_SOURCE_DIR}/proto/faceverify.proto)
set(proto_out ${CMAKE_CURRENT_BINARY_DIR}/proto)
file(MAKE_DIRECTORY ${proto_out})
add_custom_command(
  OUTPUT ${proto_out}/faceverify.pb-c.c ${proto_out}/faceverify.pb-c.h
  COMMAND sed -E "s/^( *)optional ([a-z]+) ([a-z_]+) = ([0-9]+)\;/\\1oneof has_\\3 { \\2 \\3 = \\4\; }/"
          ${proto} > ${proto_out}/faceverify.proto
  COMMAND ${protoc_c} --c_out=${proto_out} -I${proto_out} faceverify.proto
  DEPENDS ${proto} VERBATIM)
add_library(fv_proto STATIC ${proto_out}/faceverify.pb-c.c ${proto_out}/faceverify.pb-c.h)
target_include_directories(fv_proto SYSTEM PUBLIC ${proto_out})
target_link_libraries(fv_proto PUBLIC PkgConfig::protobuf_c)
if(FV_SANITIZE)
  target_compile_options(fv_proto PRIVATE -fsanitize=${FV_SANITIZE})
endif()
