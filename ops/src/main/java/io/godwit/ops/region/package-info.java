/** What region.yaml says, and how a process reaches the logs of its sites. */
package io.godwit.ops.region;
