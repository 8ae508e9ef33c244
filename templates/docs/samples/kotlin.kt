import java.io.File
import java.io.IOException
import java.util.UUID
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.asRequestBody
import org.json.JSONObject

/** Send a photo and return its job's id. */
fun send(client: OkHttpClient, photo: File): Long {
    val request = Request.Builder()
        .url("http://localhost:5001/V1/api/classify")
        .header("Idempotency-Key", UUID.randomUUID().toString())
        .post(photo.asRequestBody("image/jpeg".toMediaType()))
        .build()
    client.newCall(request).execute().use { response ->
        val body = JSONObject(response.body!!.string())
        if (!response.isSuccessful) throw IOException(body.getString("detail"))
        return body.getLong("job_id")
    }
}
