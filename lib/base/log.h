/* One JSON object a line on stderr, or in a file that SIGHUP reopens.  Fields are typed and
 * classed: personal values are masked, secrets never leave, control bytes are escaped.  Query
 * strings, bodies and provider answers are not logged.  A line holds at most PIPE_BUF bytes (4
 * KiB), so that lines of several processes never mix; a longer one is cut and says so. */
#ifndef WEIR_LOG_H
#define WEIR_LOG_H

#ifdef LOG_EMERG
#error "log.h and syslog.h share names: use log.h alone"
#endif

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_SILENT /* as a threshold only */ };

enum log_class {
    LOG_PUBLIC,    /* printed as it is */
    LOG_PSEUDONYM, /* printed as it is: an id that means nothing outside */
    LOG_PERSONAL,  /* masked: s***@e***.com, last two digits of a phone, first letter of a name */
    LOG_SECRET,    /* printed as "***" */
};

struct log_field {
    const char *name;
    enum { LOG_FIELD_TEXT, LOG_FIELD_INT } type;
    enum log_class class;
    const char *text;
    int64_t number;
};

#define LOG_CLASSED(class_, name_, value_)                                                         \
    (&(struct log_field){ (name_), LOG_FIELD_TEXT, (class_), (value_), 0 })
#define LOG_TEXT(name_, value_)   LOG_CLASSED(LOG_PUBLIC, name_, value_)
#define LOG_ID(name_, value_)     LOG_CLASSED(LOG_PSEUDONYM, name_, value_)
#define LOG_PII(name_, value_)    LOG_CLASSED(LOG_PERSONAL, name_, value_)
#define LOG_HIDDEN(name_, value_) LOG_CLASSED(LOG_SECRET, name_, value_)
#define LOG_INT(name_, value_)                                                                     \
    (&(struct log_field){ (name_), LOG_FIELD_INT, LOG_PUBLIC, 0, (int64_t)(value_) })

/* log_write(LOG_WARN, "webhook failed", LOG_INT("status", 500), LOG_PII("email", email)); */
#define log_write(level, message, ...)                                                             \
    log_write_fields((level), (message),                                                           \
                     (const struct log_field *const[]){ __VA_ARGS__ __VA_OPT__(, ) 0 })
void log_write_fields(enum log_level level, const char *message,
                      const struct log_field *const *fields);

/* The "program" field of every line; not copied; default "weir". */
void log_program(const char *name);
/* "debug", "info", "warn", "error" */
bool log_level_parse(const char *name, enum log_level *level);
void log_threshold(enum log_level least); /* lines below are dropped; default LOG_INFO */
/* Appends to this file (0600) instead of stderr; NULL or "" = stderr. */
bool log_open(const char *path);
void log_reopen(void); /* after rotation: call from the loop that saw SIGHUP */

/* A bug or no memory: says so and aborts, so that the supervisor restarts and SQLite rolls back. */
_Noreturn void log_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "sarah@example.com" -> "s***@e***.com", "+491701234567" -> "***67", "Sarah" -> "S***". */
void log_mask(char out[64], const char *value);

#endif
