/* Jobs on their way: waiting, in the worker's hands, answered. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/files.h"
#include "jit/worker_client.h"

/* A batch is bounded so that the first function in it need not wait for long: where libgccjit compiles, for
 * a tenth of a second or two. */
enum { BATCH_TEXT = 8 << 10, QUICK_BATCH_TEXT = 128 << 10, CRASHES_ALLOWED = 1 };

void jobs_append(JobList *list, Job *job) {
    job->next = NULL;
    if (list->tail) list->tail->next = job;
    else list->head = job;
    list->tail = job;
}

void jobs_prepend(JobList *list, Job *job) {
    job->next = list->head;
    list->head = job;
    if (list->tail == NULL) list->tail = job;
}

Job *jobs_take_first(JobList *list) {
    Job *job = list->head;
    if (job == NULL) return NULL;
    list->head = job->next;
    if (list->head == NULL) list->tail = NULL;
    job->next = NULL;
    return job;
}

static bool goes_with(const Job *first, const Job *job) {
    return !first->alone && !job->alone && !first->stage[0] && !job->stage[0] && first->level == job->level;
}

void jobs_defer(Client *client, Job *job) {
    enum { FIRST_MS = 5, DOUBLINGS = 3 };
    int doublings = job->asked < DOUBLINGS ? job->asked++ : DOUBLINGS;
    job->not_before = files_now() + (FIRST_MS << doublings) * 1e-3;
    jobs_append(&client->waiting, job);
}

static double due_at(const Job *job) {
    return job->submitted > job->not_before ? job->submitted : job->not_before;
}

double jobs_due(const Client *client) {
    double first = 0;
    for (const Job *job = client->waiting.head; job != NULL; job = job->next) {
        double due = due_at(job);
        if (first == 0 || due < first) first = due;
    }
    return first;
}

/* When it would be there if the worker had nothing else to do since it was asked for: what takes long lets
 * others go first, but not for ever. */
static double ready_by(const Job *job) {
    double seconds_per_byte = job->level > 2 ? 35e-6 : 14e-6; /* of libgccjit */
    return job->submitted + (double)job->length * seconds_per_byte;
}

static bool goes_before(const Job *job, const Job *other) {
    bool quick = job->level <= 1, other_quick = other->level <= 1;
    return quick != other_quick ? quick : ready_by(job) < ready_by(other);
}

/* Of those that are due: quick code, then what would be there first. */
static Job *most_urgent(const Client *client, double now) {
    Job *found = NULL;
    for (Job *job = client->waiting.head; job != NULL; job = job->next)
        if (due_at(job) <= now && (found == NULL || goes_before(job, found))) found = job;
    return found != NULL ? found : client->waiting.head;
}

/* The most urgent one first, whatever comes before it in the queue: it must have its place. */
void jobs_take_batch(Client *client, double now) {
    JobList left = {0};
    Job *first = most_urgent(client, now);
    client->batch_count = 0;
    if (first == NULL) return; /* what waited was cancelled meanwhile */
    size_t text = first->length, most = first->level <= 1 ? QUICK_BATCH_TEXT : BATCH_TEXT;
    client->batch[client->batch_count++] = first;
    for (Job *job; (job = jobs_take_first(&client->waiting)) != NULL;) {
        if (job == first) continue;
        bool room = client->batch_count < PROTOCOL_BATCH && text + job->length <= most;
        if (room && job->not_before <= now && goes_with(first, job)) {
            client->batch[client->batch_count++] = job;
            text += job->length;
        } else {
            jobs_append(&left, job);
        }
    }
    client->waiting = left;
}

static void queue_reply(Client *client, Reply *reply) {
    reply->next = NULL;
    if (client->last_reply) client->last_reply->next = reply;
    else client->replies = reply;
    client->last_reply = reply;
    client->announce = true;
    pthread_cond_broadcast(&client->changed);
}

void jobs_finish(Client *client, Job *job, const ResultFrame *result, char *text) {
    Reply *reply = job->reply;
    WorkerReply *to = &reply->content;
    to->job = job->id;
    to->ok = result->ok, to->cached = result->cached, to->temporary = result->temporary;
    to->unit = result->unit;
    to->queue_ms = job->sent > 0 ? (job->sent - job->submitted) * 1e3 : 0;
    to->parse_ms = result->parse_ms, to->opt_ms = result->opt_ms;
    to->emit_ms = result->emit_ms, to->gcc_ms = result->gcc_ms;
    snprintf(to->path, sizeof to->path, "%s", result->path);
    snprintf(to->reason, sizeof to->reason, "%s", result->reason);
    snprintf(to->message, sizeof to->message, "%s", result->message);
    to->text = text;
    free(job);
    queue_reply(client, reply);
}

void jobs_fail(Client *client, Job *job, const char *reason, const char *message) {
    ResultFrame result = {0};
    snprintf(result.reason, sizeof result.reason, "%s", reason);
    snprintf(result.message, sizeof result.message, "%s", message);
    jobs_finish(client, job, &result, NULL);
}

void jobs_fail_all(Client *client, const char *reason, const char *message) {
    for (int i = 0; i < client->batch_count; i++)
        if (client->batch[i]) jobs_fail(client, client->batch[i], reason, message);
    client->batch_count = 0;
    for (Job *job; (job = jobs_take_first(&client->waiting)) != NULL;)
        jobs_fail(client, job, reason, message);
}

bool jobs_open_wake(Client *client) {
    int pair[2];
    jobs_close_wake(client);
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) return false;
    for (int i = 0; i < 2; i++) client->wake[i] = descriptor_take(pair[i]);
    return true;
}

void jobs_close_wake(Client *client) {
    for (int i = 0; i < 2; i++) descriptor_close(&client->wake[i]);
}

const Condemned *jobs_find_condemned(const Client *client, const char *key) {
    const Condemned *found = client->condemned;
    while (found && strcmp(found->key, key) != 0) found = found->next;
    return found;
}

/* Fail a job for good; the same unit will not be sent again. Without memory to remember it, it may be. */
static void condemn(Client *client, Job *job, const char *reason, const char *message) {
    Condemned *entry = job->key[0] ? calloc(1, sizeof *entry) : NULL;
    if (entry) {
        memcpy(entry->key, job->key, sizeof entry->key);
        entry->reason = reason;
        entry->next = client->condemned;
        client->condemned = entry;
    }
    jobs_fail(client, job, reason, message);
}

/* The unit the worker said it was at, or -1 when it said none, or one it has answered. */
static int culprit(const Client *client) {
    bool known =
        client->progress >= 0 && client->progress < client->batch_count && client->batch[client->progress];
    return known ? client->progress : -1;
}

static int unanswered(const Client *client) {
    int count = 0;
    for (int i = 0; i < client->batch_count; i++) count += client->batch[i] != NULL;
    return count;
}

/* Innocents wait in front, in their order; suspects behind everybody. */
static void requeue(Client *client) {
    for (int i = client->batch_count - 1; i >= 0; i--)
        if (client->batch[i] && !client->batch[i]->alone) jobs_prepend(&client->waiting, client->batch[i]);
    for (int i = 0; i < client->batch_count; i++)
        if (client->batch[i] && client->batch[i]->alone) jobs_append(&client->waiting, client->batch[i]);
    client->batch_count = 0;
}

void jobs_blame_crash(Client *client, const char *last_words) {
    char message[208];
    snprintf(message, sizeof message, "the compiler worker died of it twice%s%.160s",
             last_words[0] ? ": " : "", last_words);
    int guilty = culprit(client);
    for (int i = 0; i < client->batch_count; i++) {
        Job *job = client->batch[i];
        if (job == NULL || (guilty >= 0 && i != guilty)) continue;
        job->alone = true;
        if (job->crashes++ < CRASHES_ALLOWED) continue;
        condemn(client, job, "worker_crashed", message);
        client->batch[i] = NULL;
    }
    requeue(client);
}

void jobs_blame_timeout(Client *client) {
    char message[208];
    snprintf(message, sizeof message, "compiling took longer than %g s", client->compile_timeout);
    int guilty = culprit(client);
    bool sure = guilty >= 0 || unanswered(client) == 1;
    for (int i = 0; i < client->batch_count; i++) {
        Job *job = client->batch[i];
        if (job == NULL || (guilty >= 0 && i != guilty)) continue;
        job->alone = true;
        if (!sure) continue;
        condemn(client, job, "compile_timeout", message);
        client->batch[i] = NULL;
    }
    requeue(client);
}
