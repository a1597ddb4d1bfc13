/**
 * What becomes of one command: a state machine without clocks, threads or Kafka. Decisions are events; those that the log
 * must know become outcomes.
 */
package io.godwit.executors.migration;
