/**
 * A simulated data centre that is a process of its own. Frames over TCP: length (4 bytes), kind (1), id of the call (8),
 * payload; calls and answers are JSON, samples are Avro.
 */
package io.godwit.monitors.hosts.simulated.remote;
