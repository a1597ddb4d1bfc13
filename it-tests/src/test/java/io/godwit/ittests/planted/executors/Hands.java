package io.godwit.ittests.planted.executors;

import io.godwit.ittests.planted.monitors.Watch;
import io.godwit.ittests.planted.monitors.hosts.libvirt.Connection;
import io.godwit.ittests.planted.monitors.hosts.simulated.Simulation;
import io.godwit.ittests.planted.schedulers.Mind;

/** Wrong: the scheduler, and of monitors more than the two packages for hosts. */
public record Hands(Watch watch, Connection connection, Simulation simulation, Mind mind) {}
