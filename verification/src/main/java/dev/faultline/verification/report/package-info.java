/** What the reports of several commands have in common. */
@NullMarked
package dev.faultline.verification.report;

import org.jspecify.annotations.NullMarked;
