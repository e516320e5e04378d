/* Two state directories, for what must not pass from one account to another. */
#ifndef WEIR_TWO_HOMES_H
#define WEIR_TWO_HOMES_H

#include "home.h"

static struct home home, elsewhere;

static inline int homes_open(void **state)
{
    (void)state;
    home_open(&home, "UTC");
    home_open(&elsewhere, "UTC");
    return 0;
}

static inline int homes_close(void **state)
{
    (void)state;
    home_close(&home);
    home_close(&elsewhere);
    return 0;
}

#endif
