package io.godwit.ops.region;

/**
 * Where a process tells its metrics and its health.
 *
 * @param address address that it listens on; loopback unless configured
 * @param port port; 0 takes a free one, which is said at start
 */
public record HttpConfig(String address, int port) {
    public static final HttpConfig DEFAULTS = new HttpConfig("127.0.0.1", 0);

    public HttpConfig {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(
                    "http.port is " + port + "; give 1 to 65535, or drop the key for a free one");
        }
    }
}
