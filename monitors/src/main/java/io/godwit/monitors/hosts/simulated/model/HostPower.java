package io.godwit.monitors.hosts.simulated.model;

/** Whether a simulated host has power. Only one that is ON answers. */
public enum HostPower {
    ON,
    /** Lost its power without being asked; its VMs stand on it until it is back. */
    CRASHED,
    OFF,
    BOOTING
}
