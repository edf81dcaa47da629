package dev.faultline.service.security;

import org.springframework.security.web.firewall.StrictHttpFirewall;

/**
 * Spring Security's firewall, which refuses ambiguous paths, with the same rule for headers by a loop instead of a regular
 * expression: names and values have assigned characters only, and no control characters but tabs in values.
 */
final class HeaderFirewall extends StrictHttpFirewall {
    HeaderFirewall() {
        setAllowedHeaderNames(name -> isPlain(name, false));
        setAllowedHeaderValues(value -> isPlain(value, true));
    }

    private static boolean isPlain(String text, boolean withTabs) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((Character.isISOControl(c) && !(withTabs && c == '\t')) || !Character.isDefined(c)) {
                return false;
            }
        }
        return true;
    }
}
