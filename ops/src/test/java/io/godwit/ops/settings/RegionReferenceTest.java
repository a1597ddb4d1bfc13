package io.godwit.ops.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.godwit.ops.region.RegionConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class RegionReferenceTest {
    private static final Path CHECKOUT = Path.of(System.getProperty("godwit.checkout", ".."));

    @Test
    void the_reference_page_is_what_the_records_say() throws Exception {
        assertEquals(
                RegionReference.page(CHECKOUT),
                Files.readString(CHECKOUT.resolve("docs/region-yaml.md")),
                "docs/region-yaml.md is older than the settings records; write it anew with RegionReference.main"
                        + " CHECKOUT");
    }

    @Test
    void a_whole_region_is_read_into_the_record_of_each_service() throws Exception {
        RegionConfig region = Settings.parse(Path.of("region.yaml"), """
            region: west
            sites:
              rennes: {bootstrap: "127.0.0.1:19092"}
            broker: {port: 19092}
            hosts: {hosts: 10, vms: 50, racks: 2}
            monitor: {sample-period: 2s}
            executor: {moves-per-host: 3}
            """, RegionConfig.class);
        assertEquals("127.0.0.1:19092", region.sites().get("rennes").bootstrap());
        assertEquals(50, region.hosts().vms());
        assertEquals(2, region.monitor().samplePeriod().toSeconds());
        assertEquals(3, region.executor().movesPerHost());
    }
}
