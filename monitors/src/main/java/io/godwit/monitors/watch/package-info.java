/** Which hosts a monitor watches, when it looks at them and what it says of what it saw; knows no Kafka. */
package io.godwit.monitors.watch;
