package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.libvirt.LibvirtException;

/**
 * Connections for calls that last, one for each call at a time, kept for the next call to the same host. A call that lasts must
 * not share its connection with others: in libvirt before 10.4 two threads that wait on one connection can take the process
 * down when it is closed under them (CVE-2024-4418; seen with a host that hung for 14 s).
 */
final class LastingLinks implements AutoCloseable {
    private final LibvirtSettings settings;
    private final Map<String, Deque<HostLink>> idle = new ConcurrentHashMap<>();
    private volatile boolean closed;

    LastingLinks(LibvirtSettings settings) {
        this.settings = settings;
    }

    /** Makes a call in the caller's thread; nothing ends it but libvirt. */
    <T> T call(HostAddress host, HostLink.Call<T> call) throws HostSilent, HypervisorError, LibvirtException {
        Deque<HostLink> links = idle.computeIfAbsent(host.uri(), _ -> new ConcurrentLinkedDeque<>());
        HostLink kept = links.pollFirst();
        HostLink link = kept == null ? new HostLink(host.label(), host.uri(), settings, HostLink.Watcher.NOBODY) : kept;
        try {
            return link.lasting(call);
        } finally {
            links.addFirst(link);
            if (closed) {
                close();
            }
        }
    }

    /** Calls under way go on; their connections are closed when they end. */
    @Override
    public void close() {
        closed = true;
        for (Deque<HostLink> links : idle.values()) {
            for (HostLink link = links.pollFirst(); link != null; link = links.pollFirst()) {
                link.close();
            }
        }
    }
}
