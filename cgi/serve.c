/* The loop.  A turn: what epoll reports is read, checked and, where it only asks, answered; then
 * the writes commit together, and their answers leave.  A turn closes at 256 writes or 25 ms, so
 * the busier it gets, the larger the groups.  SIGTERM: what has arrived is still answered, then the
 * program leaves. */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "clock.h"
#include "fcgi.h"
#include "log.h"
#include "visit.h"

enum { READY = 512, TURN_WRITES = 256, TURN_MS = 25, IDLE_MS = 60000, LEAVING_MS = 2000 };

struct connection {
    struct fcgi *fcgi;
    struct visit visit;
    struct connection *newer, *older; /* of all that are open */
};

struct server {
    struct visits visits;
    int epoll, socket;
    struct connection *newest;
    struct visit *writes[TURN_WRITES];
    struct connection *writers[TURN_WRITES];
    size_t waiting;
    int64_t turn_since;
    struct arena *spare[TURN_WRITES]; /* a parked connection needs no memory of its own */
    size_t spares;
};

static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
    (void)number;
    stopping = 1;
}

static void connection_add(struct server *server, int fd)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        log_abort("out of memory: connection");
    connection->fcgi = fcgi_new(fd);
    connection->older = server->newest;
    if (server->newest)
        server->newest->newer = connection;
    server->newest = connection;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
    if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        log_abort("epoll refuses a connection: %d", errno);
}

static void connection_close(struct server *server, struct connection *connection)
{
    if (connection->newer)
        connection->newer->older = connection->older;
    else
        server->newest = connection->older;
    if (connection->older)
        connection->older->newer = connection->newer;
    fcgi_free(connection->fcgi); /* closing its descriptor takes it out of epoll */
    free(connection);
}

static struct arena *arena_take(struct server *server)
{
    return server->spares ? server->spare[--server->spares] : arena_new();
}

static void arena_give(struct server *server, struct arena *arena)
{
    if (server->spares < TURN_WRITES)
        server->spare[server->spares++] = arena;
    else
        arena_free(arena);
}

static void connection_answer(struct server *server, struct connection *connection)
{
    const struct text *answer = visit_answer(&connection->visit);
    bool stays = fcgi_send(connection->fcgi, text_str(answer), text_len(answer));
    visit_end(&connection->visit);
    arena_give(server, connection->visit.arena);
    connection->visit.arena = NULL;
    if (!stays)
        connection_close(server, connection);
}

static void turn_close(struct server *server)
{
    visits_commit(server->writes, server->waiting);
    for (size_t i = 0; i < server->waiting; i++)
        connection_answer(server, server->writers[i]);
    server->waiting = 0;
}

static size_t body_read(void *context, char *out, size_t most)
{
    return fcgi_body(context, out, most);
}

static void connection_read(struct server *server, struct connection *connection)
{
    if (!fcgi_read(connection->fcgi)) {
        connection_close(server, connection);
        return;
    }
    connection->visit.arena = arena_take(server);
    if (!visit_begin(&connection->visit, &server->visits, fcgi_params(connection->fcgi), body_read,
                     connection->fcgi)) {
        connection_answer(server, connection);
        return;
    }
    if (server->waiting == 0)
        server->turn_since = clock_boot();
    server->writes[server->waiting] = &connection->visit;
    server->writers[server->waiting++] = connection;
    if (server->waiting == TURN_WRITES || clock_boot() - server->turn_since >= TURN_MS)
        turn_close(server);
}

static void connections_accept(struct server *server)
{
    int fd;
    while ((fd = accept4(server->socket, NULL, NULL, SOCK_CLOEXEC)) >= 0)
        connection_add(server, fd);
}

/* How many were ready. */
static int turn(struct server *server, int wait_ms, const sigset_t *signals)
{
    struct epoll_event ready[READY];
    int count = epoll_pwait(server->epoll, ready, READY, wait_ms, signals);
    for (int i = 0; i < count; i++) {
        if (ready[i].data.ptr)
            connection_read(server, ready[i].data.ptr);
        else
            connections_accept(server);
    }
    turn_close(server);
    if (count == 0)
        accounts_close_idle(server->visits.accounts, IDLE_MS);
    return count;
}

/* SIGTERM reaches us only while we wait, so that it can end a wait and nothing else. */
static sigset_t signals_take(void)
{
    struct sigaction stop = { .sa_handler = on_stop };
    sigset_t held, waiting;
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, &waiting);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    sigdelset(&waiting, SIGTERM);
    sigdelset(&waiting, SIGINT);
    return waiting;
}

static bool server_open(struct server *server, const char *listen)
{
    server->socket = listen ? fcgi_listen(listen) : STDIN_FILENO;
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
    int flags = fcntl(server->socket, F_GETFL);
    return flags >= 0 && fcntl(server->socket, F_SETFL, flags | O_NONBLOCK) == 0 &&
           epoll_ctl(server->epoll, EPOLL_CTL_ADD, server->socket, &event) == 0;
}

/* What the web server has sent before it learned that we leave is still answered. */
static void server_leave(struct server *server, const sigset_t *signals)
{
    int64_t since = clock_boot();
    epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->socket, NULL);
    while (turn(server, 0, signals) > 0 && clock_boot() - since < LEAVING_MS)
        ;
    while (server->newest)
        connection_close(server, server->newest);
    while (server->spares)
        arena_free(server->spare[--server->spares]);
    close(server->epoll);
}

static int serve_socket(struct server *server, const char *listen)
{
    sigset_t signals = signals_take();
    if (!server_open(server, listen)) {
        log_write(LOG_ERROR, "the socket cannot be served",
                  LOG_TEXT("socket", listen ? listen : "standard input"), LOG_INT("errno", errno));
        return EX_NOINPUT;
    }
    log_write(LOG_INFO, "serving", LOG_TEXT("service", server->visits.service->name));
    while (!stopping)
        turn(server, IDLE_MS, &signals);
    server_leave(server, &signals);
    return EX_OK;
}

static size_t stdin_read(void *context, char *out, size_t most)
{
    (void)context;
    size_t len = 0;
    ssize_t got;
    while (len < most && (got = read(STDIN_FILENO, out + len, most - len)) > 0)
        len += (size_t)got;
    return len;
}

/* Plain CGI: one request, a group of one. */
static int serve_cgi(const struct visits *visits)
{
    struct visit visit = { .arena = arena_new() }, *one = &visit;
    if (visit_begin(&visit, visits, (const char *const *)environ, stdin_read, NULL))
        visits_commit(&one, 1);
    const struct text *answer = visit_answer(&visit);
    bool sent = fwrite(text_str(answer), 1, text_len(answer), stdout) == text_len(answer) &&
                fflush(stdout) == 0;
    visit_end(&visit);
    arena_free(visit.arena);
    return sent ? EX_OK : EX_IOERR;
}

int serve(const struct service *service, const struct config *config, const char *listen)
{
    const char *error;
    struct arena *arena = arena_new();
    struct server server = { .visits = { .service = service } };
    fcgi_start();
    server.visits.accounts = accounts_open(config, arena, &error);
    if (!server.visits.accounts) {
        fprintf(stderr, "%s: %s\n", service->name, error);
        return EX_CONFIG;
    }
    int code = !listen && fcgi_is_cgi() ? serve_cgi(&server.visits) : serve_socket(&server, listen);
    accounts_close(server.visits.accounts);
    arena_free(arena);
    return code;
}
