# SPDX-License-Identifier: Apache-2.0
fv_test(test_wire_request SOURCES test_wire_request.c LINKS fv_wire_codec LABELS unit)
fv_test(test_wire_reply SOURCES test_wire_reply.c LINKS fv_wire m LABELS unit)

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
