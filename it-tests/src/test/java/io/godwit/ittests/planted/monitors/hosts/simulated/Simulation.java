package io.godwit.ittests.planted.monitors.hosts.simulated;

/** Right to be used by executors. */
public record Simulation(long seed) {}
