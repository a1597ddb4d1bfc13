/**
 * Watches hosts, simulated ones and those of libvirt, and appends what it sees to the log: samples and host events.
 */
package io.godwit.monitors;
