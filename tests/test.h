/* SPDX-License-Identifier: ISC */
/* test.h - cmocka with the headers that it forgets to include. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
