import Foundation

struct Accepted: Decodable { let job_id: Int64 }

/// Send a photo and return its job's id.
func send(_ photo: Data) async throws -> Int64 {
    var request = URLRequest(url: URL(string: "http://localhost:5001/V1/api/classify")!)
    request.httpMethod = "POST"
    request.setValue("image/jpeg", forHTTPHeaderField: "Content-Type")
    request.setValue(UUID().uuidString, forHTTPHeaderField: "Idempotency-Key")
    let (body, response) = try await URLSession.shared.upload(for: request, from: photo)
    guard (response as? HTTPURLResponse)?.statusCode == 200 else {
        throw URLError(.badServerResponse, userInfo: ["body": String(decoding: body, as: UTF8.self)])
    }
    return try JSONDecoder().decode(Accepted.self, from: body).job_id
}
