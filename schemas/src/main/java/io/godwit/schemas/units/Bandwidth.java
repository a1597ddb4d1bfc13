package io.godwit.schemas.units;

/** A data rate in bytes per second; never negative. Written as a size per second: "125MiB/s". */
public record Bandwidth(long bytesPerSecond) {
    public Bandwidth {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "a bandwidth is " + bytesPerSecond + " bytes per second; give 0 or more");
        }
    }

    /** @throws IllegalArgumentException with the value and how to write it */
    public static Bandwidth parse(String text) {
        if (!text.strip().endsWith("/s")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no bandwidth; write a size per second, as in 125MiB/s");
        }
        String size = text.strip();
        return new Bandwidth(
                ByteSize.parse(size.substring(0, size.length() - 2)).bytes());
    }

    /** libvirt takes whole MiB/s and reads 0 as "no limit given", so a small limit rounds up to 1, never down to 0. */
    public long toLibvirtMebibytesPerSecond() {
        return Math.max(1, bytesPerSecond / (1 << 20));
    }

    @Override
    public String toString() {
        return new ByteSize(bytesPerSecond) + "/s";
    }
}
