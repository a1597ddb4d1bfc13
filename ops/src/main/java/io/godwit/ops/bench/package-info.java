/** Measures the product on this machine, each figure beside a limit that is measured in the same run. */
package io.godwit.ops.bench;
