package io.godwit.executors.libvirt;

import io.godwit.executors.libvirt.Finding.Grade;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.libvirt.Domain;
import org.libvirt.LibvirtException;

/**
 * Tells whether hosts are ready: each by itself, and each pair for moves both ways. Changes nothing on them and moves no guest.
 * Every call has a time-out, so a host that hangs is a finding.
 */
public final class HostCheck {
    /** Bulk statistics that pass a hung guest over, and figures of a migration that are kept after it. */
    private static final long LIBVIRT_MIN = 6_000_000;

    /** A post-copy that broke off can be taken up again. */
    private static final long LIBVIRT_GOOD = 8_005_000;

    private static final long QEMU_MIN = 2_011_000;

    private final LibvirtSettings settings;
    private final boolean sharedStorage;
    private final UnaryOperator<String> peerUri;
    private final List<Finding> findings = new ArrayList<>();
    private String about;

    private HostCheck(LibvirtSettings settings, boolean sharedStorage, UnaryOperator<String> peerUri) {
        this.settings = settings;
        this.sharedStorage = sharedStorage;
        this.peerUri = peerUri;
    }

    /**
     * What a host that answered says of itself.
     *
     * @param cpu its CPU as its capabilities have it; empty: they do not
     * @param guest id of a guest that a move can be tried with up to its first step; empty: there is none
     */
    private record Known(
            String uri,
            String type,
            HostLink link,
            String uuid,
            String name,
            String cpu,
            List<String> disks,
            String guest) {}

    /**
     * @param sharedStorage whether the operator says that all hosts see the same disks
     * @param peerUri how a source host reaches the libvirt of a target, from the URI by which we reach it
     */
    public static List<Finding> of(
            List<String> uris, LibvirtSettings settings, boolean sharedStorage, UnaryOperator<String> peerUri) {
        HostCheck check = new HostCheck(settings, sharedStorage, peerUri);
        List<HostLink> links = new ArrayList<>();
        try {
            List<Known> known = new ArrayList<>();
            for (String uri : uris) {
                HostLink link = new HostLink(uri, uri, settings, HostLink.Watcher.NOBODY);
                links.add(link);
                check.about = uri;
                check.host(uri, link).ifPresent(known::add);
            }
            for (Known from : known) {
                for (Known to : known) {
                    if (!from.equals(to)) {
                        check.about = from.uri() + " → " + to.uri();
                        check.pair(from, to);
                    }
                }
            }
            return List.copyOf(check.findings);
        } finally {
            links.forEach(HostLink::close);
        }
    }

    private Optional<Known> host(String uri, HostLink link) {
        long began = System.nanoTime();
        try {
            String type = link.call("asking for its kind", LibvirtConnection::getType);
            ok("connection", "%s, %d ms".formatted(type, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)));
            versions(link);
            keepalive(uri);
            writable(link);
            String capabilities = link.call("reading capabilities", LibvirtConnection::getCapabilities);
            accelerated(capabilities);
            List<String> disks = new ArrayList<>();
            String guest = guests(link, disks);
            storage(link);
            unknown(
                    "image locks",
                    "libvirt does not tell whether it has a lock manager; QEMU itself locks images on file systems"
                            + " that can",
                    "for guests on block devices set lock_manager = \"lockd\" in /etc/libvirt/qemu.conf");
            return Optional.of(new Known(
                    uri,
                    type,
                    link,
                    LibvirtXml.hostId(capabilities),
                    link.call("asking for its name", LibvirtConnection::getHostName),
                    LibvirtXml.hostCpu(capabilities),
                    disks,
                    guest));
        } catch (HostSilent silent) {
            Throwable why = silent.getCause() == null ? silent : silent.getCause();
            mend("connection", why.getMessage(), remedyOf(uri));
        } catch (HypervisorError said) {
            mend("connection", said.getMessage(), "give this account the right to ask; see docs/hosts.md");
        }
        return Optional.empty();
    }

    private static String remedyOf(String uri) {
        if (uri.contains("+ssh:")) {
            return "try: virsh -c '%s' hostname; the account that runs Godwit needs a key without a passphrase and a known host key"
                    .formatted(uri);
        }
        if (uri.contains("+tcp:")) {
            return "set listen_tcp = 1 in /etc/libvirt/libvirtd.conf and start libvirtd-tcp.socket; open port 16509;"
                    + " better use qemu+tls";
        }
        if (uri.contains("+unix:") || uri.contains(":///")) {
            return "start libvirtd there, and let this account write its socket (group libvirt)";
        }
        return "try: virsh -c '%s' hostname; for TLS start libvirtd-tls.socket, open port 16514, and look at the certificates with: virt-pki-validate"
                .formatted(uri);
    }

    private void versions(HostLink link) throws HostSilent, HypervisorError {
        long libvirt = link.call("asking for its version", LibvirtConnection::getLibVersion);
        long qemu = link.call("asking for QEMU's version", LibvirtConnection::getVersion);
        String says = "libvirt %s, hypervisor %s".formatted(words(libvirt), words(qemu));
        if (libvirt < LIBVIRT_MIN || (qemu < QEMU_MIN && !"TEST".equals(typeOf(link)))) {
            mend(
                    "versions",
                    says,
                    "needs libvirt %s and QEMU %s at least".formatted(words(LIBVIRT_MIN), words(QEMU_MIN)));
        } else if (libvirt < LIBVIRT_GOOD) {
            warning(
                    "versions",
                    says + ": a post-copy that breaks off cannot be taken up again",
                    "have libvirt %s or later, or set scheduler.decisions.post-copy: never"
                            .formatted(words(LIBVIRT_GOOD)));
        } else {
            ok("versions", says + "; tried by Godwit's own tests: libvirt 9.0, QEMU 7.2");
        }
    }

    private static String typeOf(HostLink link) throws HostSilent, HypervisorError {
        return link.call("asking for its kind", LibvirtConnection::getType);
    }

    private void keepalive(String uri) {
        if (!uri.contains("///")) {
            ok(
                    "keepalive",
                    "a dead host is noticed within %d s"
                            .formatted(settings.keepaliveSeconds() * (settings.keepaliveCount() + 1)));
        }
    }

    /** A connection that may only look refuses before it reads what is to be defined, another one because it is nothing. */
    private void writable(HostLink link) throws HostSilent {
        try {
            link.call("trying to define nothing", connection -> connection.domainDefineXML("<domain/>"));
        } catch (HypervisorError said) {
            if (said.code().contains("DENIED")) {
                mend(
                        "permission",
                        "may only look: " + said.getMessage(),
                        "connect to the read-write socket, with a polkit rule for org.libvirt.unix.manage; see"
                                + " docs/hosts.md");
                return;
            }
        }
        ok("permission", "may define and move guests, unless an access driver forbids single ones");
    }

    private void accelerated(String capabilities) {
        if (capabilities.contains("<domain type='kvm'") || capabilities.contains("<domain type='test'")) {
            ok("acceleration", capabilities.contains("<domain type='kvm'") ? "KVM" : "none: the test driver");
        } else {
            warning(
                    "acceleration",
                    "no KVM: guests are emulated, 10 to 30 times slower",
                    "load kvm_intel or kvm_amd and let QEMU open /dev/kvm; switch virtualization on in the firmware");
        }
    }

    /** @return a guest to try moves with: one that is off rather than one that runs */
    private String guests(HostLink link, List<String> disks) throws HostSilent, HypervisorError {
        Map<String, Boolean> started = new TreeMap<>();
        String[] guest = {""};
        int count = link.call("listing guests", connection -> {
            Domain[] all = connection.listAllDomains(0);
            for (Domain domain : all) {
                try {
                    boolean active = domain.isActive() == 1;
                    if (domain.isPersistent() == 1) {
                        started.put(domain.getName(), domain.getAutostart());
                    }
                    if (guest[0].isEmpty() || !active) {
                        guest[0] = domain.getUUIDString();
                    }
                    disks.addAll(GuestNeeds.of(domain.getXMLDesc(0)).paths());
                } catch (LibvirtException went) {
                    // it moved away since the list was made
                }
                domain.free();
            }
            return all.length;
        });
        List<String> auto = started.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
        if (auto.isEmpty()) {
            ok("guests", count + ", none starts by itself");
        } else {
            mend(
                    "guests",
                    "%s %s by itself when the host boots, perhaps while it runs elsewhere"
                            .formatted(String.join(", ", auto), auto.size() == 1 ? "starts" : "start"),
                    "for each: virsh autostart --disable NAME");
        }
        return guest[0];
    }

    private void storage(HostLink link) throws HostSilent {
        try {
            List<String> off = new ArrayList<>();
            int pools = link.call("listing storage pools", connection -> {
                off.addAll(List.of(connection.listDefinedStoragePools()));
                return connection.listStoragePools().length;
            });
            if (off.isEmpty()) {
                ok("storage", pools + " pools, all started");
            } else {
                warning(
                        "storage",
                        "not started: " + String.join(", ", off),
                        "for each: virsh pool-start NAME; virsh pool-autostart NAME");
            }
        } catch (HypervisorError none) {
            unknown("storage", "its libvirt has no storage driver: " + none.getMessage(), "");
        }
    }

    private void pair(Known from, Known to) {
        if (!from.type().equals(to.type())) {
            mend("kind", "%s and %s do not move guests to each other".formatted(from.type(), to.type()), "");
            return;
        }
        if (!from.uuid().isEmpty() && from.uuid().equals(to.uuid())) {
            mend(
                    "host id",
                    "both hosts have the id " + from.uuid() + ", so libvirt takes them for one",
                    "give one another: host_uuid = \"$(uuidgen)\" in /etc/libvirt/libvirtd.conf, then restart"
                            + " libvirtd");
            return;
        }
        if (to.name().isEmpty() || to.name().startsWith("localhost")) {
            mend(
                    "host name",
                    "the target calls itself \"" + to.name() + "\", where its source will look for it",
                    "hostnamectl set-hostname NAME, or migration_host in /etc/libvirt/qemu.conf");
        }
        cpus(from, to);
        disks(from, to);
        peer(from, to);
        unknown(
                "migration ports",
                "they are open only while a guest arrives",
                "let %s connect to TCP 49152 to 49215 of %s".formatted(from.name(), to.name()));
    }

    private void cpus(Known from, Known to) {
        if (from.cpu().isEmpty()) {
            return;
        }
        try {
            var result = to.link().call("comparing CPUs", connection -> connection.compareCPU(from.cpu()));
            if (result.getReturnCode() > 0) {
                ok("CPU", "every guest CPU of the source runs on the target");
            } else {
                warning(
                        "CPU",
                        "the target lacks something of the source's CPU: guests that use it are refused",
                        "give guests a model that all hosts have: virsh hypervisor-cpu-baseline");
            }
        } catch (HypervisorError | HostSilent said) {
            unknown("CPU", said.getMessage(), "");
        }
    }

    private void disks(Known from, Known to) {
        if (from.disks().isEmpty()) {
            return;
        }
        if (sharedStorage) {
            unknown("disks", "are the same on all hosts, as real-hosts.shared-storage says", "");
            return;
        }
        List<String> missing = new ArrayList<>();
        try {
            for (String disk : from.disks()) {
                if (to.link().call("looking for a disk", connection -> lacks(connection, disk))) {
                    missing.add(disk);
                }
            }
        } catch (HostSilent | HypervisorError said) {
            unknown("disks", said.getMessage(), "");
            return;
        }
        if (missing.isEmpty()) {
            ok(
                    "disks",
                    "the target has all %d of them in its pools"
                            .formatted(from.disks().size()));
        } else {
            warning(
                    "disks",
                    "not in a pool of the target: " + String.join(", ", missing),
                    "have them on storage that both mount, as a pool there; where libvirt cannot see that it is"
                            + " shared, say so with real-hosts.shared-storage: true");
        }
    }

    private static boolean lacks(LibvirtConnection connection, String path) {
        try {
            connection.storageVolLookupByPath(path).free();
            return false;
        } catch (LibvirtException none) {
            return true;
        }
    }

    /**
     * Whether the source reaches the target's libvirt: a move is asked for whose description of the target is another guest's,
     * which libvirt refuses once it has connected, and before it begins anything.
     */
    private void peer(Known from, Known to) {
        String uri = peerUri.apply(to.uri());
        if (!from.type().equals("QEMU")) {
            unknown("peer to peer", "this driver moves no guests", "");
            return;
        }
        if (uri.contains("///")) {
            mend(
                    "peer to peer",
                    "%s means the source itself when the source asks for it".formatted(uri),
                    "name hosts by URIs that mean the same on every host, or set real-hosts.peer-uri");
            return;
        }
        if (from.guest().isEmpty()) {
            unknown(
                    "peer to peer",
                    "the source has no guest to try it with",
                    "try on the source: virsh -c '%s' hostname".formatted(uri));
            return;
        }
        try {
            PeerTrial.Answer answer =
                    from.link().call("asking for a move", connection -> PeerTrial.of(connection, from.guest(), uri));
            if (answer.reached()) {
                ok("peer to peer", "the source reaches the target at " + uri);
            } else {
                mend(
                        "peer to peer",
                        "the source does not reach the target at %s: %s".formatted(uri, answer.says()),
                        "try on the source, as root: virsh -c '%s' hostname".formatted(uri));
            }
        } catch (HypervisorError | HostSilent said) {
            mend(
                    "peer to peer",
                    said.getMessage(),
                    "try on the source, as root: virsh -c '%s' hostname".formatted(uri));
        }
    }

    private void ok(String subject, String says) {
        findings.add(new Finding(Grade.OK, about, subject, says, ""));
    }

    private void unknown(String subject, String says, String remedy) {
        findings.add(new Finding(Grade.UNKNOWN, about, subject, says, remedy));
    }

    private void warning(String subject, String says, String remedy) {
        findings.add(new Finding(Grade.WARNING, about, subject, says, remedy));
    }

    private void mend(String subject, String says, String remedy) {
        findings.add(new Finding(Grade.MEND, about, subject, says, remedy));
    }

    private static String words(long version) {
        return "%d.%d.%d".formatted(version / 1_000_000, version / 1000 % 1000, version % 1000);
    }
}
