package io.godwit.monitors.hosts.libvirt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** A host for libvirt's test driver: 64 cores, 256 GiB, and as many running VMs as wanted. */
final class TestDriverFile {
    private TestDriverFile() {}

    /** Writes the file and returns its URI. */
    static String withDomains(Path directory, int domains) throws IOException {
        StringBuilder xml = new StringBuilder("<node>\n");
        for (int i = 0; i < domains; i++) {
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
        Path file = directory.resolve("host-" + domains + ".xml");
        Files.writeString(file, xml.toString(), StandardCharsets.UTF_8);
        return "test://" + file;
    }

    static String vmId(int number) {
        return new UUID(0x6695eb01f6a44304L, 0x8000000000000000L + number).toString();
    }
}
