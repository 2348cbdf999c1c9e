package example;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A page that names who is signed in. All else is Spring Boot's own, and the settings come from the command line. */
@SpringBootApplication
@RestController
public class SignedIn {
    public static void main(String[] arguments) {
        SpringApplication.run(SignedIn.class, arguments);
    }

    @GetMapping("/")
    String home(@AuthenticationPrincipal OidcUser user) {
        return "<h1>signed in: " + user.getSubject() + " " + user.getEmail() + "</h1>";
    }
}
