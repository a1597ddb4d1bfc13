/**
 * Hosts of libvirt: the connection with its time-outs, the calls that the Java binding lacks, the one libvirt event loop of
 * a process, and the probe on top. Only this package and the executors' libvirt adapter import the binding.
 */
package io.godwit.monitors.hosts.libvirt;
