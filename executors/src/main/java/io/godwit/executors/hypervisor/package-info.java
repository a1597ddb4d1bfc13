/** The port to hosts, for moving VMs between them, and what it tells. Adapters: simulated, libvirt. */
package io.godwit.executors.hypervisor;
