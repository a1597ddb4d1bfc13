/** Each service as a process of its own; the same services as in "up", reached over Kafka and loopback. */
package io.godwit.ops.service;
