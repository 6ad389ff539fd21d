/* Flows of a ReactorPool: threads with a libuv loop each, moving bytes between descriptors. No Python.h here.
 */
#ifndef DXPY_REACTOR_FLOW_H
#define DXPY_REACTOR_FLOW_H

#include "reactor/op.h"

typedef struct FlowThread FlowThread;
typedef struct Flow Flow;

FlowThread *flow_thread_start(int *error); // NULL with an errno
void flow_thread_stop(FlowThread *thread); // ends its flows as cancelled, then itself; does not wait

// Takes over fd, fd2 and (with initial data in op->data) sends that first. op comes back through its channel
// with value and offset as the bytes moved each way. The flow is freed with flow_release, after op has come
// back.
Flow *flow_submit(FlowThread *thread, Op *op);
void flow_cancel(FlowThread *thread, Flow *flow);
void flow_release(Flow *flow);
int flow_count(FlowThread *thread);

#endif
