/** Tests of rules, offline: scenarios in files, the detections that a rule draws from them, and what was expected. */
package io.godwit.ops.rules;
