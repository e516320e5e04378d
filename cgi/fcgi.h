/* The only user of libfcgi: one kept connection of the web server, read request by request.  A
 * connection is read when epoll says so; the web server buffers bodies, so that a request that
 * begins is there whole. */
#ifndef WEIR_FCGI_H
#define WEIR_FCGI_H

#include <stdbool.h>
#include <stddef.h>

struct fcgi;

void fcgi_start(void);  /* once, before anything else */
bool fcgi_is_cgi(void); /* no socket on standard input: one request in the environment */
int fcgi_listen(const char *path_or_port); /* -1 and errno; mode 0660, backlog 1024 */

struct fcgi *fcgi_new(int fd); /* takes the connection over */
void fcgi_free(struct fcgi *fcgi);
int fcgi_fd(const struct fcgi *fcgi);

bool fcgi_read(struct fcgi *fcgi); /* the next request; false: the connection is at its end */
const char *const *fcgi_params(const struct fcgi *fcgi);
size_t fcgi_body(struct fcgi *fcgi, char *out,
                 size_t most); /* what there is of the body, at most so much */
bool fcgi_send(struct fcgi *fcgi, const char *data,
               size_t len); /* and ends the request; false: close the connection */

#endif
