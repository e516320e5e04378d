/* SQL functions of our own: percentile(x, p) with p from 0 to 100, median(x), uuid_text(blob).  A
 * percentile lies on the straight line between the two nearest values (type 7 of Hyndman and Fan,
 * as in R and in spreadsheets).  NULLs do not count; without a value the answer is NULL. */
#include <stdlib.h>
#include <string.h>

#include "db_private.h"

struct sample {
    double *values;
    size_t count, room;
    double percent;
};

static bool sample_add(struct sample *sample, double value)
{
    if (sample->count == sample->room) {
        size_t room = sample->room ? sample->room * 2 : 64;
        double *grown = sqlite3_realloc64(sample->values, room * sizeof *grown);
        if (!grown)
            return false;
        sample->values = grown;
        sample->room = room;
    }
    sample->values[sample->count++] = value;
    return true;
}

static bool is_number(sqlite3_value *value)
{
    int type = sqlite3_value_type(value);
    return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

static const char *percent_problem(const struct sample *sample, sqlite3_value *value)
{
    double percent = sqlite3_value_double(value);
    if (!is_number(value) || percent < 0 || percent > 100)
        return "percentile: p must be a number from 0 to 100";
    if (sample->count > 0 && percent != sample->percent)
        return "percentile: p must be the same for all rows";
    return NULL;
}

static const char *sample_take(struct sample *sample, sqlite3_value *value, sqlite3_value *percent)
{
    const char *problem = percent ? percent_problem(sample, percent) : NULL;
    if (problem)
        return problem;
    if (!is_number(value))
        return "percentile: a value is not a number";
    sample->percent = percent ? sqlite3_value_double(percent) : 50;
    return sample_add(sample, sqlite3_value_double(value)) ? NULL : "percentile: out of memory";
}

static void percentile_step(sqlite3_context *context, int count, sqlite3_value **values)
{
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    struct sample *sample = sqlite3_aggregate_context(context, sizeof *sample);
    const char *problem = sample ? sample_take(sample, values[0], count > 1 ? values[1] : NULL)
                                 : "percentile: out of memory";
    if (problem)
        sqlite3_result_error(context, problem, -1);
}

static int double_compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double sample_percentile(const struct sample *sample)
{
    double place = (double)(sample->count - 1) * sample->percent / 100;
    size_t below = (size_t)place, above = place > (double)below ? below + 1 : below;
    double low = sample->values[below], high = sample->values[above];
    return low == high ? low : low + (high - low) * (place - (double)below);
}

static void percentile_final(sqlite3_context *context)
{
    struct sample *sample = sqlite3_aggregate_context(context, 0);
    if (!sample || sample->count == 0)
        return;
    qsort(sample->values, sample->count, sizeof *sample->values, double_compare);
    sqlite3_result_double(context, sample_percentile(sample));
    sqlite3_free(sample->values);
}

static void uuid_text(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    char text[UUID_TEXT];
    struct uuid id;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL)
        return;
    const void *bytes = sqlite3_value_blob(values[0]);
    if (sqlite3_value_type(values[0]) != SQLITE_BLOB ||
        sqlite3_value_bytes(values[0]) != UUID_SIZE) {
        sqlite3_result_error(context, "uuid_text: a uuid is a blob of 16 bytes", -1);
        return;
    }
    memcpy(&id, bytes, UUID_SIZE);
    uuid_format(id, text);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static const struct {
    const char *name;
    int arguments;
    void (*call)(sqlite3_context *, int, sqlite3_value **);
    void (*step)(sqlite3_context *, int, sqlite3_value **);
    void (*final)(sqlite3_context *);
} functions[] = {
    { "percentile", 2, NULL, percentile_step, percentile_final },
    { "median", 1, NULL, percentile_step, percentile_final },
    { "uuid_text", 1, uuid_text, NULL, NULL },
};

int db_functions_add(sqlite3 *handle)
{
    int rc = SQLITE_OK;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0] && rc == SQLITE_OK; i++)
        rc = sqlite3_create_function_v2(handle, functions[i].name, functions[i].arguments,
                                        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                        functions[i].call, functions[i].step, functions[i].final,
                                        NULL);
    return rc;
}
