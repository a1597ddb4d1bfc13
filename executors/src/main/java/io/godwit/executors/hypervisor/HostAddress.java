package io.godwit.executors.hypervisor;

/**
 * A host as an executor reaches it.
 *
 * @param label site/rack/name
 * @param segment segment that carries its records
 */
public record HostAddress(String hostId, String label, int segment, String uri) {}
