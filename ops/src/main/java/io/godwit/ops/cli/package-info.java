/** The verbs that an operator types: they ask the log, or append what a person wishes. Data on standard output, talk on standard error. */
package io.godwit.ops.cli;
