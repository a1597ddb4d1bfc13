/**
 * The simulated data centre as arithmetic: fleet, load, live migrations, crashes, round trips. Time and seeds arrive as
 * inputs; no clock, no thread, no log.
 */
package io.godwit.monitors.hosts.simulated.model;
