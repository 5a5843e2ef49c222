# SPDX-License-Identifier: Apache-2.0
fv_fuzz(fuzz_request SOURCES fuzz_request.c LINKS fv_wire_codec fv_base)
fv_fuzz(fuzz_reply SOURCES fuzz_reply.c LINKS fv_client fv_wire_codec fv_base)
foreach(part request reply)
  file(GLOB corpus CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${part}/*)
  add_test(NAME fuzz_${part} COMMAND fuzz_${part} ${corpus})
  set_tests_properties(fuzz_${part} PROPERTIES LABELS fuzz)
endforeach()
