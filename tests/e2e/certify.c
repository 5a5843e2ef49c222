/* SPDX-License-Identifier: Apache-2.0 */
/* certify DIR NAME [HOST]: makes DIR/NAME.crt, for HOST where one is given, and DIR/NAME.key. */
#include <stdlib.h>

#include "certificate.h"

int main(int argc, char **argv)
{
    bool made = argc > 2 && fvt_certificate(argv[1], argv[2], argc > 3 ? argv[3] : NULL);
    return made ? EXIT_SUCCESS : EXIT_FAILURE;
}
