/** Messages that services have set aside: to be looked at, and to be sent again once what was wrong with them is mended. */
@NullMarked
package dev.faultline.verification.deadletters;

import org.jspecify.annotations.NullMarked;
