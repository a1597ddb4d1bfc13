/** The executor's ways to and from the log: commands and outcomes of its segments, the region's inventory and modes. */
package io.godwit.executors.kafka;
