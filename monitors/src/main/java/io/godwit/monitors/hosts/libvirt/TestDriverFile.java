package io.godwit.monitors.hosts.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A host for libvirt's test driver, for benchmarks and tests: 64 cores, 256 GiB, and as many running VMs as wanted. */
public final class TestDriverFile {
    private TestDriverFile() {}

    /** Writes the file and returns its URI. */
    public static String withDomains(Path directory, int domains) throws IOException {
        return withDomains(directory, "host-" + domains, 0, domains);
    }

    /** Writes a file of that name and returns its URI; numbers of VMs begin with first, and make their ids. */
    public static String withDomains(Path directory, String name, int first, int domains) throws IOException {
        StringBuilder xml = new StringBuilder("<node>\n");
        for (int i = first; i < first + domains; i++) {
            xml.append("""
                <domain type='test'>
                  <name>vm%d</name>
                  <uuid>%s</uuid>
                  <memory unit='MiB'>1024</memory>
                  <vcpu>%d</vcpu>
                  <os><type>hvm</type></os>
                </domain>
                """.formatted(i, vmId(i), 1 + i % 4));
        }
        xml.append("""
              <cpu><mhz>2000</mhz><model>i986</model><active>64</active><nodes>1</nodes><sockets>2</sockets>\
            <cores>16</cores><threads>2</threads></cpu>
              <memory>268435456</memory>
            </node>
            """);
        Path file = directory.resolve(name + ".xml");
        Files.writeString(file, xml.toString(), StandardCharsets.UTF_8);
        return "test://" + file;
    }

    static String vmId(int number) {
        return new UUID(0x6695eb01f6a44304L, 0x8000000000000000L + number).toString();
    }
}
