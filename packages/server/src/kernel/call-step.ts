/** What a call is busy with, in this order. The last three may come twice: what was refused for its credential is sent again. */
export type CallStep = 'checks' | 'credential' | 'record' | 'connect' | 'wait' | 'body' | 'shape';
