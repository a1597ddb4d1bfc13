/** Recorded loads as files, to the load of simulated VMs. */
package io.godwit.monitors.hosts.simulated.traces;
