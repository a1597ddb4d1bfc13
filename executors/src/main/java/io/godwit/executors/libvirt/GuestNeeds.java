package io.godwit.executors.libvirt;

import java.util.ArrayList;
import java.util.List;
import org.w3c.dom.Element;

/**
 * What a guest asks of the host that runs it, from the description of a domain.
 *
 * @param virtType "kvm" or "qemu"
 * @param cpu its cpu element; empty: it has none
 * @param hostCpu whether the guest sees the host's own CPU (host-passthrough), which compares with no other
 * @param memoryBytes memory that it may take at most
 * @param hugePages whether its memory comes from a pool of its own
 * @param paths files and devices of its disks
 */
record GuestNeeds(
        String virtType,
        String emulator,
        String arch,
        String machine,
        String cpu,
        boolean hostCpu,
        long memoryBytes,
        boolean hugePages,
        List<String> paths) {

    /** @throws IllegalArgumentException if that is no description of a domain */
    static GuestNeeds of(String domainXml) {
        Element domain = LibvirtXml.parse(domainXml);
        Element cpu = LibvirtXml.first(domain, "cpu");
        List<String> paths = new ArrayList<>();
        for (Element disk : LibvirtXml.all(domain, "disk")) {
            Element source = LibvirtXml.first(disk, "source");
            if (source != null) {
                paths.add(source.getAttribute(source.hasAttribute("file") ? "file" : "dev"));
            }
        }
        paths.removeIf(String::isEmpty); // of a pool, or over a network: libvirt finds these by itself
        return new GuestNeeds(
                domain.getAttribute("type"),
                LibvirtXml.text(domain, "emulator"),
                LibvirtXml.attribute(domain, "type", "arch"),
                LibvirtXml.attribute(domain, "type", "machine"),
                LibvirtXml.written(cpu),
                cpu != null && cpu.getAttribute("mode").equals("host-passthrough"),
                memoryBytes(LibvirtXml.first(domain, "memory")),
                LibvirtXml.first(domain, "hugepages") != null,
                List.copyOf(paths));
    }

    private static long memoryBytes(Element memory) {
        if (memory == null) {
            return 0;
        }
        long unit = switch (memory.getAttribute("unit")) {
            case "b", "bytes" -> 1;
            case "M", "MiB" -> 1L << 20;
            case "G", "GiB" -> 1L << 30;
            default -> 1L << 10; // what libvirt itself writes
        };
        return Long.parseLong(memory.getTextContent().strip()) * unit;
    }
}
