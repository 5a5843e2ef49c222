# SPDX-License-Identifier: Apache-2.0
fv_test(test_wire_request SOURCES test_wire_request.c LINKS fv_wire_codec LABELS unit)
fv_test(test_wire_reply SOURCES test_wire_reply.c LINKS fv_wire m LABELS unit)
fv_test(test_wire_memory SOURCES test_wire_memory.c LINKS fv_wire m LABELS unit)
target_link_options(test_wire_memory PRIVATE LINKER:--wrap=malloc,--wrap=calloc,--wrap=free)

# The golden messages are what protoc makes of the text beside them.
find_program(FV_PROTOC NAMES protoc REQUIRED)
file(GLOB wire_texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/data/wire/*.txtpb)
foreach(text ${wire_texts})
  get_filename_component(name ${text} NAME_WE)
  string(REGEX MATCH "^re[a-z]+" type ${name})
  string(REPLACE "re" "Re" type ${type})
  add_test(NAME wire_golden_${name} COMMAND sh -c
    "\"$1\" --encode=faceverify.$2 -I \"$3/proto\" faceverify.proto < \"$4.txtpb\" | cmp - \"$4.bin\""
    sh ${FV_PROTOC} ${type} ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/data/wire/${name})
  set_tests_properties(wire_golden_${name} PROPERTIES LABELS unit)
endforeach()

# A service that answers as a test says.
add_library(fv_test_responder STATIC EXCLUDE_FROM_ALL
  ${CMAKE_SOURCE_DIR}/tests/support/responder.c ${CMAKE_SOURCE_DIR}/tests/support/certificate.c)
target_link_libraries(fv_test_responder
  PUBLIC fv_wire fv_sp fv_nng PRIVATE fv_flags fv_test_support PkgConfig::crypto)
target_include_directories(fv_test_responder PUBLIC ${CMAKE_SOURCE_DIR}/tests/support)
target_compile_options(fv_test_responder PRIVATE -Wno-conversion)
fv_test(test_client_alone SOURCES test_client_alone.c LINKS fv_client LABELS unit)
fv_test(test_client SOURCES test_client.c LINKS fv_client fv_test_responder Threads::Threads m
  LABELS unit)
