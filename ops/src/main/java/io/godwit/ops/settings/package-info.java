/** Settings of a region: one YAML file, bound to one record per service, with all its faults told at once. */
package io.godwit.ops.settings;
